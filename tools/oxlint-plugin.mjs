// SPDX-License-Identifier: Apache-2.0
// The lint rule that oxlint lacks: new Date() and Date() without an argument read the machine's clock.

const noAmbientDate = {
  create(context) {
    const check = (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.length === 0)
        context.report({ node, message: "Reads the clock: let the time come in as `at: Date` or a Clock." });
    };
    return { NewExpression: check, CallExpression: check };
  },
};

export default { meta: { name: "natalis" }, rules: { "no-ambient-date": noAmbientDate } };
