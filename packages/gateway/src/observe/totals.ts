/** Requests of clients since the gateway started, whatever version answered. */
export interface Totals {
  requests: number;
  /** Answered 500 to 599, by a replica or by the gateway, or cut off. */
  failed: number;
  /** Of the failed: nobody could answer (503). */
  unavailable: number;
  /** Given to the stable version because the canary could not be reached. */
  failedOver: number;
}

export function newTotals(): Totals {
  return { requests: 0, failed: 0, unavailable: 0, failedOver: 0 };
}
