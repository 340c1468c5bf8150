/**
 * What all layers share; the layers themselves stand in Keras's folders below.
 *
 * <p>A {@link dev.thaw.layer.Layer} answers for its options, weights and shapes, and writes the ops
 * of one call into a {@link dev.thaw.layer.Lowering}, which tells it the mode. Calling a layer on a
 * {@link dev.thaw.layer.Symbol} makes a {@link dev.thaw.layer.Node} of the graph. A layer of your
 * own extends {@link dev.thaw.layer.UnaryLayer} or {@link dev.thaw.layer.TypedLayer} and can do all
 * that a built-in one can.
 *
 * <p>Words: <i>mode</i>: training, inference or Monte-Carlo; <i>baked</i>: a mode that a call was
 * given while the graph was built; <i>lowering</i>: from a layer to ops.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer;

import org.apiguardian.api.API;
