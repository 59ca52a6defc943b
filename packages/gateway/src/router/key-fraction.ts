/**
 * A number in [0, 1) that always is the same for a key and a salt (32-bit FNV-1a with the finaliser of MurmurHash3): requests below the canary's
 * share are the canary's, so that a growing share keeps everyone who already was there.
 */
export function keyFraction(key: string, salt: string): number {
  let hash = 0x811c9dc5;
  const text = `${salt}\0${key}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 4294967296;
}
