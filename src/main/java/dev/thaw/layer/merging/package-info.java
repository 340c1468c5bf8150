/**
 * Layers that make one output of several inputs.
 *
 * <p>Those that work element by element extend {@code Merge} and name a function of two numbers;
 * inputs are broadcast as in NumPy. Concatenation and products have ways of their own.
 *
 * <p>Words: <i>merge</i>: several inputs into one, from left to right; <i>broadcast</i>: repeat an
 * extent of 1; <i>dot</i>: products summed over an axis.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.merging;

import org.apiguardian.api.API;
