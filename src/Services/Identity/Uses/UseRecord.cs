namespace Estiba.Identity.Uses;

/// <summary>When an access key or a role was used last, and where.</summary>
/// <param name="Id">The access key, or the role's unique id.</param>
/// <param name="Date">To the second.</param>
/// <param name="Service">The service that was called, as its signing name.</param>
/// <param name="Region">The region that was called.</param>
internal sealed record UseRecord(string Id, DateTimeOffset Date, string Service, string Region);
