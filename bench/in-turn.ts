// SPDX-License-Identifier: Apache-2.0
// Hands out the members of a list in turn, from the first again after the last: inputs that differ from one operation
// to the next, so that nothing is measured that a cache answered.

export function inTurn<Member>(members: readonly Member[]): () => Member {
  let next = 0;
  return () => {
    const member = members[next] as Member;
    next = (next + 1) % members.length;
    return member;
  };
}
