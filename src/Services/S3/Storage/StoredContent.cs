namespace Estiba.S3.Storage;

/// <summary>A file with the content of an object, or of a part of it.</summary>
/// <param name="File">The file's id, of the platform's making.</param>
/// <param name="Size">How many bytes it has.</param>
internal sealed record ContentFile(string File, long Size)
{
    /// <summary>The number under which it was uploaded; 0 where it is the whole.</summary>
    public int PartNumber { get; init; }

    /// <summary>Its checksum by the object's algorithm, in base64.</summary>
    public string? Checksum { get; init; }
}

/// <summary>A content that has been received and is on the disk, but that no record names yet.</summary>
/// <param name="File">The file.</param>
/// <param name="Algorithm">That of its checksum.</param>
/// <param name="Md5">The MD5 of its bytes, in hexadecimal digits: its entity tag.</param>
internal sealed record ReceivedContent(ContentFile File, string Algorithm, string Md5);
