/**
 * The main job and the two tutorials, which the command line runs.
 *
 * <p>{@code Demo} trains, freezes, thaws and explains on real digits, uses the library's public
 * methods alone, and writes what it found by {@code Report}. The tutorials do the same in small on
 * a base from keras.applications.
 *
 * <p>Words: <i>base</i>: the network that is taken over; <i>head</i>: the new layers behind it;
 * <i>phase</i>: a training with its accuracy.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.demo;

import org.apiguardian.api.API;
