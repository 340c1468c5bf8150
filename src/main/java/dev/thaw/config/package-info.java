/**
 * How objects name their options, once.
 *
 * <p>A layer, optimizer, loss, metric, schedule, initializer, regularizer or constraint is {@link
 * dev.thaw.config.Configured}: it walks over its options and names each of them with its present
 * value. A writer notes the values; a reader answers with what a configuration says. Files, setters
 * and maps share that one walk, so that they cannot disagree.
 *
 * <p>Words: an <i>option</i> is one of Keras's arguments under Keras's key; a <i>prototype</i> is a
 * new object with all defaults; a <i>kind</i> is the Java type that a key asks for; a
 * <i>registry</i> says which prototypes there are of each kind. No JSON is known here.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.config;

import org.apiguardian.api.API;
