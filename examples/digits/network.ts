// A softmax regression or a small multilayer perceptron, trained by mini-batch SGD with momentum; the last layer is a softmax over 10 digits.

export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major [inputs][outputs]. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

export type Network = readonly Layer[];

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** He initialisation: uniform in +-sqrt(6 / inputs). */
export function createNetwork(sizes: readonly number[], random: () => number): Network {
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i]!;
    const bound = Math.sqrt(6 / inputs);
    const weights = Float64Array.from({ length: inputs * outputs }, () => (2 * random() - 1) * bound);
    return { inputs, outputs, weights, bias: new Float64Array(outputs) };
  });
}

/** Activations of every layer for one example; the last holds the class probabilities. */
export function forward(network: Network, example: Float64Array): Float64Array[] {
  const activations = [example];
  network.forEach((layer, index) => {
    const input = activations[index]!;
    const output = Float64Array.from(layer.bias);
    for (let i = 0; i < layer.inputs; i++) {
      const x = input[i]!;
      if (x === 0) continue;
      for (let j = 0; j < layer.outputs; j++) output[j]! += x * layer.weights[i * layer.outputs + j]!;
    }
    activations.push(index === network.length - 1 ? softmax(output) : output.map((v) => Math.max(0, v)));
  });
  return activations;
}

function softmax(logits: Float64Array): Float64Array {
  const top = Math.max(...logits);
  const exps = logits.map((v) => Math.exp(v - top));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((v) => v / sum);
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly random: () => number;
  /** Called after each epoch with the mean cross-entropy. */
  readonly onEpoch: (epoch: number, loss: number) => void | Promise<void>;
}

/** Trains in place on inputs scaled to [0, 1] and class indices. */
export async function train(
  network: Network,
  inputs: readonly Float64Array[],
  labels: readonly number[],
  options: TrainingOptions,
): Promise<void> {
  const order = inputs.map((_, i) => i);
  const velocity = network.map((layer) => ({ weights: new Float64Array(layer.weights.length), bias: new Float64Array(layer.outputs) }));
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    shuffle(order, options.random);
    let loss = 0;
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.slice(start, start + options.batchSize);
      loss += step(network, velocity, batch, inputs, labels, options);
    }
    await options.onEpoch(epoch, loss / order.length);
  }
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}

type Velocity = readonly { weights: Float64Array; bias: Float64Array }[];

function step(
  network: Network,
  velocity: Velocity,
  batch: readonly number[],
  inputs: readonly Float64Array[],
  labels: readonly number[],
  options: TrainingOptions,
): number {
  const gradients = network.map((layer) => ({ weights: new Float64Array(layer.weights.length), bias: new Float64Array(layer.outputs) }));
  let loss = 0;
  for (const index of batch) {
    const activations = forward(network, inputs[index]!);
    const probabilities = activations.at(-1)!;
    loss -= Math.log(Math.max(probabilities[labels[index]!]!, 1e-12));
    backward(network, activations, labels[index]!, gradients);
  }
  network.forEach((layer, l) => {
    update(layer.weights, gradients[l]!.weights, velocity[l]!.weights, batch.length, options.weightDecay, options);
    update(layer.bias, gradients[l]!.bias, velocity[l]!.bias, batch.length, 0, options);
  });
  return loss;
}

function backward(network: Network, activations: readonly Float64Array[], label: number, gradients: Velocity): void {
  let delta = Float64Array.from(activations.at(-1)!);
  delta[label]! -= 1;
  for (let l = network.length - 1; l >= 0; l--) {
    const layer = network[l]!;
    const input = activations[l]!;
    const gradient = gradients[l]!;
    const below = new Float64Array(layer.inputs);
    for (let j = 0; j < layer.outputs; j++) gradient.bias[j]! += delta[j]!;
    for (let i = 0; i < layer.inputs; i++) {
      const x = input[i]!;
      let sum = 0;
      for (let j = 0; j < layer.outputs; j++) {
        const k = i * layer.outputs + j;
        if (x !== 0) gradient.weights[k]! += x * delta[j]!;
        sum += layer.weights[k]! * delta[j]!;
      }
      // The derivative of ReLU: nothing flows through a unit that was off.
      below[i] = x > 0 ? sum : 0;
    }
    delta = below;
  }
}

function update(
  values: Float64Array,
  gradient: Float64Array,
  velocity: Float64Array,
  n: number,
  decay: number,
  options: TrainingOptions,
): void {
  for (let k = 0; k < values.length; k++) {
    velocity[k] = options.momentum * velocity[k]! - options.learningRate * (gradient[k]! / n + decay * values[k]!);
    values[k]! += velocity[k]!;
  }
}
