/** Data from files of other programs: NumPy's arrays, MNIST's. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.data;

import org.apiguardian.api.API;
