export { OPERATIONS, type OperationName, type PermissionName, PORT_PERMISSIONS, permissionHint } from "./permissions.ts";
export * from "./port.ts";
