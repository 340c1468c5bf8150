package dev.thaw.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Natives are kept and loaded only where nobody else can write. */
@DisabledOnOs(OS.WINDOWS)
class CacheFolderTest {
    /** The temporary folder itself may be anybody's; what is in it is private. */
    @TempDir private Path temporary;

    @BeforeEach
    void isPrivate() throws IOException {
        allow(temporary, "rwx------");
    }

    private static void allow(Path folder, String permissions) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
    }

    private static String permissions(Path folder) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
    }

    @Test
    void aFolderOfOnesOwnIsMadeForThisUserAlone() throws IOException {
        Path wanted = temporary.resolve("a/b");
        assertThat(CacheFolder.trusted(wanted)).isEqualTo(wanted);
        assertThat(permissions(wanted)).isEqualTo("rwx------");
        allow(wanted, "rwxr-xr-x");
        assertThat(CacheFolder.trusted(wanted)).isEqualTo(wanted);
    }

    @Test
    void whereOthersMayWriteAFreshOneTakesItsPlace() throws IOException {
        Path wanted = Files.createDirectory(temporary.resolve("open"));
        allow(wanted, "rwxrwxrwx");
        Path instead = CacheFolder.trusted(wanted);
        assertThat(instead).isNotEqualTo(wanted).isEmptyDirectory();
        assertThat(permissions(instead)).isEqualTo("rwx------");
        assertThat(CacheFolder.trusted(wanted)).as("once a process").isEqualTo(instead);
        assertThat(CacheFolder.fault(wanted))
                .hasValue("others may write to " + wanted.toRealPath());
    }

    /** Who may write to a folder above may put another one in its place. */
    @Test
    void aFolderAboveIsLookedAtToo() throws IOException {
        Path above = Files.createDirectory(temporary.resolve("above"));
        Path wanted = Files.createDirectory(above.resolve("thaw"));
        allow(above, "rwxrwxrwx");
        assertThat(CacheFolder.fault(wanted)).hasValue("others may write to " + above.toRealPath());
    }

    @Test
    void aLinkIsFollowed() throws IOException {
        Path open = Files.createDirectory(temporary.resolve("open"));
        allow(open, "rwxrwxrwx");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), open);
        assertThat(CacheFolder.fault(link)).isPresent();
    }

    @Test
    void anotherUsersFolderIsNotTaken() throws IOException {
        Path wanted = Files.createDirectory(temporary.resolve("foreign"));
        try {
            Files.setAttribute(wanted, "unix:uid", 65534);
        } catch (IOException e) {
            assumeThat(false).as("SKIPPED: only root can give a folder away").isTrue();
        }
        assertThat(CacheFolder.fault(wanted))
                .hasValueSatisfying(f -> assertThat(f).contains("foreign belongs to "));
    }

    @Test
    void whatCannotBeMadeIsLeftToWhoWritesThere() throws IOException {
        Path nowhere = Files.createFile(temporary.resolve("file")).resolve("x");
        assertThat(CacheFolder.trusted(nowhere)).isEqualTo(nowhere);
    }
}
