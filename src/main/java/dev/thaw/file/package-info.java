/**
 * Bytes: files read by position, archives, numbers, and files that are replaced as a whole or not
 * at all.
 *
 * <p>Contents are never trusted: each error is typed and says where.
 *
 * <p>Words: <i>source</i>: bytes by position.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.file;

import org.apiguardian.api.API;
