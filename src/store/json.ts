// The one form of values in the store.

/** Plain JSON; what a document, a message, a stream record or a timer holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
