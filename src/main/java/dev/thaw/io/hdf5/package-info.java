/**
 * The part of HDF5 that Keras's files use, read within bounds and written.
 *
 * <p>{@code Hdf5File} reads the structure, object by object, through {@code Metadata}, which
 * charges each read to a budget; values are read when they are asked for. {@code Hdf5Builder}
 * writes. Decision 12 says why this is our own code.
 *
 * <p>Words: <i>object</i>: a group or a dataset; <i>attribute</i>: a small value on one of them;
 * <i>message</i>: one fact in an object's header; <i>heap</i>: where names and long texts lie;
 * <i>chunk</i>: a box of a dataset's values that is stored by itself.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.io.hdf5;

import org.apiguardian.api.API;
