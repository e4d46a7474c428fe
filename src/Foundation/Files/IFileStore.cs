namespace Estiba.Files;

/// <summary>
/// The place for what is kept outside the state, as files with names: layers of images, segments of records. A
/// directory now (<see cref="FileDirectory"/>); storage that several servers share can stand behind the same words.
/// </summary>
/// <remarks>
/// A name is a relative path with slashes: <c>blobs/sha256/6c/6c3c…</c>. Names come from the platform, never from a
/// request as it was sent. Who replaces, moves or deletes a file that is open leaves it readable to who has opened it.
/// </remarks>
public interface IFileStore
{
    /// <summary>Writes a file anew: it is as before, or whole and durable.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Put(string name, ReadOnlySpan<byte> content);

    /// <summary>Begins a file that is not there yet.</summary>
    /// <exception cref="IOException">It is there, or cannot be written.</exception>
    IWritableFile Create(string name);

    /// <summary>Opens a file that is there, to go on writing it.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    IWritableFile OpenToWrite(string name);

    /// <summary>Opens a file to be read; null where it is not there.</summary>
    IStoredFile? OpenRead(string name);

    /// <summary>
    /// Gives a file another name, durably; what had that name is replaced, and there is never half of either.
    /// </summary>
    /// <exception cref="IOException">It is not there, or cannot be moved.</exception>
    void Move(string name, string to);

    /// <summary>What is known of a file without reading it; null where it is not there.</summary>
    StoredFileInfo? Find(string name);

    /// <summary>The files below a folder, however deep, in no order.</summary>
    /// <param name="folder">As in a name: <c>blobs</c>.</param>
    IEnumerable<StoredFileInfo> List(string folder);

    /// <summary>Makes a file as new as the given time, where it is there.</summary>
    void Touch(string name, DateTimeOffset time);

    /// <summary>Deletes a file, where it is there.</summary>
    void Delete(string name);

    /// <summary>Deletes a folder with all that is in it, where it is there.</summary>
    void DeleteFolder(string folder);

    /// <summary>Gives a damaged file a name under which nobody looks for it; it is never deleted.</summary>
    /// <returns>Where it is now, for people; null where it was not there.</returns>
    string? PutAside(string name);

    /// <summary>Where a file is, or would be, for people.</summary>
    string Locate(string name);
}

/// <summary>What is known of a file without reading it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="WrittenAt">When it was written or touched last.</param>
public sealed record StoredFileInfo(string Name, long Length, DateTimeOffset WrittenAt);
