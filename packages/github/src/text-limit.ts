const NOTE = "\n\n… (cut: GitHub takes no more)";

/** Text of at most `limit` UTF-16 units, never splitting a surrogate pair; what is cut is said to be. */
export function within(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = Math.max(0, limit - NOTE.length);
  const last = text.charCodeAt(end - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return (text.slice(0, isHalf ? end - 1 : end) + NOTE).slice(0, limit);
}
