/**
 * Samples, batch by batch, and data from files of other programs: NumPy's arrays, MNIST's.
 *
 * <p>A {@link dev.thaw.data.Dataset} opens a pass, which gives batches: from tensors in memory, or
 * from samples that are made one by one on a thread of their own, a few batches ahead.
 *
 * <p>Words: <i>sample</i>: tensors without an axis of rows, and a number that stays; <i>batch</i>:
 * samples as rows; <i>pass</i>: one reading of all samples; <i>stream</i>: samples that can only be
 * read from front to back.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.data;

import org.apiguardian.api.API;
