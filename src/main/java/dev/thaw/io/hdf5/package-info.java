/**
 * The part of HDF5 that Keras's files use, read within bounds and written.
 *
 * <p>Decision 12 says why this is our own code.
 *
 * <p>Words: <i>object</i>: a group or a dataset; <i>attribute</i>: a small value on one of them.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.io.hdf5;

import org.apiguardian.api.API;
