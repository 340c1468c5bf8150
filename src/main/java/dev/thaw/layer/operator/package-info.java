/**
 * Functions in the middle of a graph: {@code x * 2}, {@code keras.ops.mean(x)}.
 *
 * <p>Keras keeps such calls among the layers of a file; {@link dev.thaw.layer.operator.Operators}
 * makes the common ones. {@code OperatorTable} has a rule for each class of Keras's; {@code
 * OperatorArguments} binds a call's arguments to the names of Python's signature.
 *
 * <p>Words: <i>call</i>: a function with its arguments; <i>placeholder</i>: where a tensor stands
 * among them; <i>literal</i>: an array among them; <i>rule</i>: the shapes and ops of a call.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.operator;

import org.apiguardian.api.API;
