import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { type ModelyardError, userError } from "@modelyard/base";

/** Addresses at which clouds hand out credentials of the machine: an endpoint there is an attack or a slip, never a bucket. Private networks and loopback are where S3 servers live. */
const denied = new BlockList();
denied.addSubnet("169.254.0.0", 16, "ipv4");
denied.addSubnet("fe80::", 10, "ipv6");
denied.addAddress("fd00:ec2::254", "ipv6");
denied.addAddress("fd20:ce::254", "ipv6");
denied.addAddress("100.100.100.200", "ipv4");
denied.addAddress("192.0.0.192", "ipv4");
denied.addSubnet("0.0.0.0", 8, "ipv4");
denied.addAddress("::", "ipv6");

/** True for a literal address (of a URL: IPv6 in brackets) that no bucket answers at; false for names, which `guardedLookup` judges when they are resolved. */
export function isDeniedAddress(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return family !== 0 && denied.check(bare, family === 6 ? "ipv6" : "ipv4");
}

/** The system's name resolution for the socket about to be opened, refusing denied addresses: a name that changes its answer after a check gains nothing. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, "");
    if (addresses.some(({ address }) => isDeniedAddress(address))) return callback(asErrno(endpointRefused(hostname)), "");
    if (options.all) return callback(null, addresses);
    const first = addresses[0];
    return first ? callback(null, first.address, first.family) : callback(asErrno(endpointRefused(hostname)), "");
  });
};

/** node:net wants an ErrnoException, which every Error is to its types but for optional fields. */
function asErrno(error: ModelyardError): NodeJS.ErrnoException {
  return Object.assign(new Error(error.message, { cause: error }), { code: error.code });
}

/** The endpoint is, or resolves to, an address that answers the machine's own questions and no bucket's. */
export function endpointRefused(host: string) {
  return userError(
    "YARD_ENDPOINT_REFUSED",
    `${host} is a link-local or metadata address of the machine: nothing was sent there`,
    "set yard-endpoint to the address of the S3 server",
  );
}
