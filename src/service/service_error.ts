/** A step of managing the service failed; the message says which and why. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
}
