/** The networks of keras.applications under Keras's names, with preprocessing and decoding. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.applications;

import org.apiguardian.api.API;
