/**
 * Dense, embeddings, masks, and layers around layers.
 *
 * <p>A layer here emits the ops of its formula; {@link dev.thaw.layer.core.TimeDistributed} lets
 * the layer inside emit its own.
 *
 * <p>Words: <i>units</i>: the extent of the last axis of a result; <i>embedding</i>: a row of a
 * table for each whole number; <i>mask</i>: which positions of a sequence count.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.core;

import org.apiguardian.api.API;
