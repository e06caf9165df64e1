import { join } from 'node:path';
import ts from 'typescript';

/*
 * The schemas of Kubernetes let unknown fields pass, and a server drops them: a field with a slip of the pen is none. The types that are
 * generated from the same schemas do not, where an object is written out. So each manifest is written out as TypeScript and checked.
 */

/** A manifest and the type that it must have, by module and name. */
export interface Typed {
  readonly value: unknown;
  readonly module: string;
  readonly type: string;
}

const root = join(import.meta.dirname, '..', '..');

/** What is wrong with the manifests, one sentence each. */
export function typeErrors(all: readonly Typed[]): string[] {
  const source = all
    .map(
      ({ value, module, type }, at) =>
        `import type { ${type} as T${at} } from '${module}';\nexport const m${at}: T${at} = ${JSON.stringify(value)};`,
    )
    .join('\n');
  const name = join(root, 'test', 'deploy', 'written-out.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const former = { ...host };
  host.fileExists = (file) => file === name || former.fileExists(file);
  host.readFile = (file) => (file === name ? source : former.readFile(file));
  host.getSourceFile = (file, target, ...more) =>
    file === name ? ts.createSourceFile(file, source, target) : former.getSourceFile(file, target, ...more);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
