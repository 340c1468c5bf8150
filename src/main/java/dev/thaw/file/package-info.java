/**
 * Bytes: files read by position, archives, numbers, and files that are replaced as a whole or not
 * at all.
 *
 * <p>A {@code ByteSource} is a file, an array or a part of one; a {@code ZipArchive} opens entries
 * as sources; a {@code NumberDecoder} makes tensors of them. Writing goes the other way, by a
 * {@code Body} that an {@code AtomicFile} puts in the place of the old file. Contents are never
 * trusted: each error is typed and says where. Decision 24 says why archives have a reader of our
 * own.
 *
 * <p>Words: <i>source</i>: bytes by position; <i>entry</i>: a file in an archive; <i>body</i>: what
 * writes a file's bytes; <i>encoding</i>: how a number's bits are read.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.file;

import org.apiguardian.api.API;
