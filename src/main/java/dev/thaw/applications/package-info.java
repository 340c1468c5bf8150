/**
 * The networks of keras.applications under Keras's names, with preprocessing and decoding.
 *
 * <p>An {@link dev.thaw.applications.Application} names a network and makes its {@link
 * dev.thaw.model.Model} as {@link dev.thaw.applications.ApplicationOptions} say, layer by layer as
 * Keras does, so that Keras's weights fit. Weights come from a file: nothing is downloaded.
 *
 * <p>Words: <i>top</i>: the layers that classify; <i>preprocessing</i>: from pixels of 0 to 255 to
 * what the network learnt on; <i>decoding</i>: from probabilities to names of classes;
 * <i>alpha</i>: the width of a MobileNet.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.applications;

import org.apiguardian.api.API;
