/**
 * What a plan can contain: one record per operation, with its own gradient rule.
 *
 * <p>An op names its operands and constants and has no mode: training and inference are different
 * ops. A {@link dev.thaw.op.Program} is a list of them over {@link dev.thaw.op.Value}s, which are
 * slots and never memory. A {@link dev.thaw.op.Formula} writes several at once; {@link
 * dev.thaw.op.Gradients} appends the backward pass.
 *
 * <p>Words: <i>operand</i>: a value that an op reads, writes or changes; <i>rule</i>: an op's
 * gradient, or an optimizer's formula; <i>draw</i>: which random numbers an op takes.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.op;

import org.apiguardian.api.API;
