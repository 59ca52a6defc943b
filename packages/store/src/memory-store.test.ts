import { memoryStore } from "./memory-store.ts";
import { storeSuite } from "./testing/store-suite.ts";
import { withLimit } from "./with-limit.ts";
import { withVerify } from "./with-verify.ts";

storeSuite("the memory store", async () => ({ store: memoryStore() }));
storeSuite("a limited and verified store", async () => ({ store: withLimit(withVerify(memoryStore()), 3) }));
