// A stand-in for `modelyard serve` as a process: arguments are the version, its behaviour and a file that gets the process id.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const [version, behaviour, pidFile] = process.argv.slice(2);
appendFileSync(pidFile!, `${process.pid}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
process.on("SIGTERM", () => process.exit(0));

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isCall = request.url?.endsWith("/infer") === true;
  const isGolden = String(request.headers["x-request-id"]).startsWith("golden");
  if (isCall && behaviour === "bad" && version === "2" && !isGolden) {
    response.writeHead(500, { "content-type": "application/json" }).end('{"error":"injected"}');
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  if (!isCall) {
    response.end("{}");
    return;
  }
  const { inputs } = JSON.parse(Buffer.concat(chunks).toString()) as { inputs: [{ data: number[] }] };
  response.end(JSON.stringify({ outputs: [{ name: "label", datatype: "INT64", shape: [inputs[0].data.length], data: inputs[0].data }] }));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`${JSON.stringify({ event: "listening", port: (server.address() as AddressInfo).port })}\n`),
);
