import { expect, test } from "vitest"
import { urlOf } from "./transport.ts"

test.each([
  [{ kind: "tcp", host: "10.0.0.1", port: 80 }, "tcp://10.0.0.1:80/"],
  [{ kind: "tcp", host: "2001:4860::2", port: 7 }, "tcp://[2001:4860::2]:7/"],
  [{ kind: "tcp", host: "fe80::1%eth0", port: 7 }, "tcp://[fe80::1]:7/"],
  [{ kind: "tcp", host: "fe80::1%25", port: 7 }, "tcp://[fe80::1]:7/"],
] as const)("%j in a URL", (address, url) => {
  expect(urlOf("tcp", address)).toBe(url)
})
