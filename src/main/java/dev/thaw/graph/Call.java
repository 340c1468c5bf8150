package dev.thaw.graph;

import dev.thaw.layer.Layer;
import dev.thaw.op.Value;

import java.util.List;

/**
 * One call of a layer, as it was lowered.
 *
 * @param path the names from the model's layers down to this one, joined by '/'
 * @param number which call of this layer in the program, from 0
 * @param layer who was called
 * @param resolution the mode that the call was given
 * @param modeMatters whether the layer, or one inside it, asked for the mode
 * @param heldByFreeze whether training was turned into inference because the layer is frozen
 * @param inputs what went in
 * @param outputs what came out
 * @param firstStep the first of its ops in the program
 * @param endStep one past the last of its ops
 * @param inner the calls it made
 */
public record Call(
        String path,
        int number,
        Layer layer,
        Resolution resolution,
        boolean modeMatters,
        boolean heldByFreeze,
        List<Value> inputs,
        List<Value> outputs,
        int firstStep,
        int endStep,
        List<Call> inner) {}
