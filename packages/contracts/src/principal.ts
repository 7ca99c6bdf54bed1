/** Who a request acts for: what a valid key stands for. Ids only; all are ours. */
export interface Principal {
  readonly keyId: string;
  readonly workspaceId: string;
  readonly organizationId: string;
}
