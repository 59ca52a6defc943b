import type { IncomingMessage } from "node:http";
import { HttpProblem, quote, tooLarge } from "./http-problem.ts";

/** The whole body in memory. Throws HttpProblem 413 above `maxBytes`, 415 for a compressed one; the caller then closes the connection. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    throw new HttpProblem(415, `the content encoding ${quote(encoding)} is not offered: send the body as it is`, CLOSE);
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > maxBytes) throw tooLargeBody(maxBytes);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.pause();
        reject(tooLargeBody(maxBytes));
      } else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    request.on("error", () => reject(new HttpProblem(400, "the body was cut off", CLOSE)));
    request.on("close", () => reject(new HttpProblem(400, "the body was cut off", CLOSE)));
  });
}

/** What is left of the body will not be read, so that the connection cannot go on. */
const CLOSE = { connection: "close" };

function tooLargeBody(maxBytes: number): HttpProblem {
  const problem = tooLarge(`the body is larger than ${maxBytes} bytes`);
  return new HttpProblem(problem.status, problem.message, CLOSE);
}
