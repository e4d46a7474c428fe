namespace Estiba.S3.Storage;

/// <summary>A content that no record names any more, and that is to be deleted: only such contents ever are.</summary>
internal sealed record RemovedFile(string File, DateTimeOffset RemovedAt);
