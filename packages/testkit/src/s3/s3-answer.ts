/** An answer before it is written. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function emptyAnswer(status: number, headers: Record<string, string> = {}): S3Answer {
  return { status, headers, body: Buffer.alloc(0) };
}

/** An error as S3 writes it. */
export function errorAnswer(status: number, code: string, headers: Record<string, string> = {}): S3Answer {
  const body = `${XML}<Error><Code>${code}</Code><Message>the fake says ${code}</Message><RequestId>FAKE0001</RequestId></Error>`;
  return { status, headers: { "content-type": "application/xml", ...headers }, body: Buffer.from(body) };
}

/** A document with plain elements; nested ones are given as text that `element` made. */
export function xmlAnswer(root: string, content: string): S3Answer {
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: Buffer.from(`${XML}<${root} ${NAMESPACE}>${content}</${root}>`),
  };
}

export function element(name: string, value: string | number | boolean): string {
  const text = String(value).replace(/[&<>]/g, (c) => (c === "&" ? "&amp;" : c === "<" ? "&lt;" : "&gt;"));
  return `<${name}>${text}</${name}>`;
}
