/**
 * Activations, as functions and as layers.
 *
 * <p>{@link dev.thaw.layer.activation.ActivationFunction} has Keras's by name, and makes one of
 * your own; {@link dev.thaw.layer.activation.Activation} is the layer of one. Those with options or
 * weights have layers of their own.
 *
 * <p>Words: <i>activation</i>: a function from a value to one of the same shape; <i>slope</i>: its
 * gradient below 0; <i>logits</i>: what a softmax is given.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.activation;

import org.apiguardian.api.API;
