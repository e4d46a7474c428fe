namespace Estiba.Files.Segments;

/// <summary>
/// Which groups and streams there are, and which were deleted. Only what was deleted is cleared away.
/// </summary>
/// <remarks>
/// Records of groups and streams that are neither are kept, and shown to nobody: the state may be older than they are,
/// as after a backup of it was restored.
/// </remarks>
public interface ILiveStreams
{
    /// <summary>Whether there is such a group.</summary>
    bool HasGroup(long group);

    /// <summary>Whether there is such a stream.</summary>
    bool HasStream(StreamKey stream);

    /// <summary>It was there, and somebody has deleted it.</summary>
    bool IsDeleted(long group);

    /// <inheritdoc cref="IsDeleted(long)"/>
    bool IsDeleted(StreamKey stream);

    /// <summary>How long a group's records are kept; null for ever.</summary>
    TimeSpan? RetentionOf(long group);
}
