import type { GitHub, Repository } from "@modelyard/github";

/** The GitHub port whose adapter is loaded at the first call: Octokit costs start time that most actions never need. */
export function lazyGitHub(repository: Repository, load: () => Promise<GitHub>): GitHub {
  let loaded: Promise<GitHub> | undefined;
  const github = (): Promise<GitHub> => {
    loaded ??= load();
    return loaded;
  };
  return {
    repository,
    upsertComment: async (...args) => (await github()).upsertComment(...args),
    publishCheck: async (...args) => (await github()).publishCheck(...args),
    findPullRequest: async (...args) => (await github()).findPullRequest(...args),
    dispatchWorkflow: async (...args) => (await github()).dispatchWorkflow(...args),
    defaultBranch: async (...args) => (await github()).defaultBranch(...args),
    listRunners: async (...args) => (await github()).listRunners(...args),
    getRun: async (...args) => (await github()).getRun(...args),
    cancelRun: async (...args) => (await github()).cancelRun(...args),
    createDeployment: async (...args) => (await github()).createDeployment(...args),
    setDeploymentStatus: async (...args) => (await github()).setDeploymentStatus(...args),
    findIssue: async (...args) => (await github()).findIssue(...args),
    createIssue: async (...args) => (await github()).createIssue(...args),
    updateIssue: async (...args) => (await github()).updateIssue(...args),
    commentIssue: async (...args) => (await github()).commentIssue(...args),
  };
}
