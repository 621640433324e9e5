using AVServer.Runtime;

namespace AVServer.Cli.Doctor;

/// <summary>The models' folder: every file against the sum in its manifest, as the server does at its start.</summary>
internal static class ModelChecks
{
    public static IReadOnlyList<Finding> Models(string folder)
    {
        const string Check = "models";
        try
        {
            var store = ModelStore.Open(folder);
            if (store.Names.Count == 0)
                return [Finding.Fail(Check, $"none in {Path.GetFullPath(folder)}", "Run scripts/setup.sh, or name another folder.")];
            List<Finding> findings =
            [
                Finding.Ok(Check, $"{store.Names.Count} in {Path.GetFullPath(folder)}, every file as its manifest says"),
            ];
            if (store.ForeignFolders.Count > 0)
                findings.Add(Finding.Warn(
                    Check, $"no manifest in {string.Join(", ", store.ForeignFolders)}",
                    "The server leaves these folders alone; take them out, or complete them."));
            return findings;
        }
        catch (ModelStoreException exception)
        {
            return
            [
                .. exception.Problems.Select(
                    problem => Finding.Fail($"model {problem.Model}", $"expected {problem.Expected}, got {problem.Got}", problem.Remedy)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [Finding.Fail(Check, exception.Message, "Let the one who runs the server read the folder.")];
        }
    }
}
