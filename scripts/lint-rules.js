/**
 * Rules of ours for oxlint.
 *
 * `no-power`: a power that is computed when the program runs may differ in its last digit between versions of Node, and
 * with it the trace of a simulation. One of two literals is computed exactly.
 */
export default {
  meta: { name: "dchat" },
  rules: {
    "no-power": {
      /** @param {any} context */
      create(context) {
        const message = "The last digit of a power differs between versions of Node: multiply instead."
        return {
          /** @param {any} node */
          BinaryExpression(node) {
            const literals = node.left.type === "Literal" && node.right.type === "Literal"
            if (node.operator === "**" && !literals) context.report({ node, message })
          },
          /** @param {any} node */
          AssignmentExpression(node) {
            if (node.operator === "**=") context.report({ node, message })
          },
        }
      },
    },
  },
}
