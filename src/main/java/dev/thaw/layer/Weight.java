package dev.thaw.layer;

import dev.thaw.tensor.Variable;

/**
 * A weight of a built layer.
 *
 * @param layer its owner
 * @param spec what the owner asked for
 * @param variable what holds the value
 */
public record Weight(Layer layer, WeightSpec spec, Variable variable) {}
