const withMeta = (params, more) => ({ ...params, _meta: { ...params?._meta, ...more } })

/** How programs of the Model Context Protocol tell of progress and cancel. */
export const mcp = {
  name: "mcp",
  cancellation: {
    cancel: (requestId) => ({ kind: "notification", method: "notifications/cancelled", params: { requestId } }),
    readCancel: (method, params) => (method === "notifications/cancelled" ? params?.requestId : undefined),
  },
  progress: {
    ask: (params, progressToken) => withMeta(params, { progressToken }),
    tokenOf: (params) => params?._meta?.progressToken,
    progress: (progressToken, value) => ({
      kind: "notification",
      method: "notifications/progress",
      params: { progressToken, ...value },
    }),
    readProgress: (method, params) =>
      method === "notifications/progress" ? { token: params.progressToken, value: params } : undefined,
  },
}
