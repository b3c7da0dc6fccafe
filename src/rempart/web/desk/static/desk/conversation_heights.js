/* Heights of many rows, guessed until measured: where row n begins, and which row stands at a height, both in log n (a Fenwick tree). */
export class Heights {
  constructor(count, guess) {
    this.count = count;
    this.each = new Float64Array(count).fill(guess);
    this.tree = new Float64Array(count + 1);
    for (let at = 1; at <= count; at += 1) {
      this.tree[at] += guess;
      const above = at + (at & -at);
      if (above <= count) { this.tree[above] += this.tree[at]; }
    }
    this.step = 1;
    while (this.step * 2 <= count) { this.step *= 2; }
  }

  // True when the row had another height before.
  set(row, height) {
    const more = height - this.each[row];
    if (Math.abs(more) < 0.5) { return false; }
    this.each[row] = height;
    for (let at = row + 1; at <= this.count; at += at & -at) { this.tree[at] += more; }
    return true;
  }

  // Height of all rows before this one.
  before(row) {
    let sum = 0;
    for (let at = row; at > 0; at -= at & -at) { sum += this.tree[at]; }
    return sum;
  }

  get whole() { return this.before(this.count); }

  // The row that stands at this height; the first or the last one beyond the ends.
  at(height) {
    let row = 0, rest = height;
    for (let step = this.step; step >= 1; step /= 2) {
      if (row + step <= this.count && this.tree[row + step] <= rest) { row += step; rest -= this.tree[row]; }
    }
    return Math.min(row, this.count - 1);
  }
}
