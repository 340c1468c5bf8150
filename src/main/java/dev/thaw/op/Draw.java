package dev.thaw.op;

/**
 * Which numbers of the random stream an op uses, besides the step.
 *
 * @param seed the layer's seed
 * @param call how many calls of that layer came before in the same step
 */
public record Draw(long seed, int call) {}
