export { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
export { fileSink } from "./prediction-log/file-sink.ts";
export { type PredictionSink, teeSink } from "./prediction-log/sink.ts";
export { type YardSinkOptions, yardSink } from "./prediction-log/yard-sink.ts";
export { ID_HEADER } from "./request-id.ts";
export { ROLE_HEADER, type RoleTrust } from "./role.ts";
