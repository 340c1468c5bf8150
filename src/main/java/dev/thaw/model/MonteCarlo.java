package dev.thaw.model;

import dev.thaw.tensor.Tensor;

/**
 * A prediction repeated with random layers drawing.
 *
 * @param mean the mean over the samples
 * @param standardDeviation per element, with samples - 1 in the denominator
 */
public record MonteCarlo(Tensor mean, Tensor standardDeviation) {}
