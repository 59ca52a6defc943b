import type { Socket } from "node:net";

/** Answers what is not HTTP, or came too slowly, with the protocol's error body, and closes. */
export function answerClientError(error: Error & { code?: string }, socket: Pick<Socket, "writable" | "end" | "destroy">): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "the headers are too large"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "the request came too slowly"]
        : ["400 Bad Request", "this is not an HTTP request"];
  const body = JSON.stringify({ error: reason });
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}
