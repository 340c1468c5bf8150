package dev.thaw.train;

import dev.thaw.graph.Network;

/**
 * What a callback may look at and change while {@code fit} runs.
 *
 * @param model the model, whose weights can be read and assigned between steps
 * @param compilation how it is trained; the optimizer's learning rate can be set between steps
 */
public record Training(Network model, Compilation compilation) {}
