/**
 * Rules for blocking (events 27 and 28) in the form in which the kernel decides by them.
 */
export { type Accounts, type BlockingPolicy, compileBlocking, hasBlocking } from "./compile.ts";
export { readAccounts } from "./accounts.ts";
