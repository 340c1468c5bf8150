/**
 * Layers joined to networks, and the answer to what a mode does in them.
 *
 * <p>A {@link dev.thaw.graph.Network} is a graph of layers, and a layer itself. {@code Tracer}
 * lowers it, {@code Resolution} decides each call's mode, and an {@link dev.thaw.graph.Explanation}
 * tells of every layer which mode runs and why, read off the very ops that would run.
 *
 * <p>Words: <i>selection</i>: which layers to freeze; <i>structure</i>: whether inputs are one, a
 * list or a dictionary.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.graph;

import org.apiguardian.api.API;
